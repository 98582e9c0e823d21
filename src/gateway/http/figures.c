/* The intake's and the store's figures for /metrics, copied every five seconds: they cost a lock each, so
 * they are not asked for on every scrape. */
#include "gateway_http.h"
#include "base/ticker.h"
#include "intake/intake.h"
#include <stddef.h>

enum { EVERY_MS = 5000 };

typedef struct Figure {
    const char *name, *help;
    size_t at;    /* of a uint64_t */
    bool counter; /* grows only */
} Figure;

static const Figure intake_figures[] = {
    {"anlan_intake_batches_total", "Batches taken.", offsetof(IntakeStats, batches), true},
    {"anlan_intake_readings_total", "Readings taken.", offsetof(IntakeStats, readings), true},
    {"anlan_intake_rejected_total", "Readings or lines refused.", offsetof(IntakeStats, rejected), true},
    {"anlan_intake_unclaimed_total", "Readings of sources that no point claims.",
     offsetof(IntakeStats, unclaimed), true},
    {"anlan_intake_late_total", "Readings not newer than their point's newest.", offsetof(IntakeStats, late),
     true},
    {"anlan_intake_ahead_total", "Readings ahead of the clock.", offsetof(IntakeStats, ahead), true},
    {"anlan_intake_bad_total", "Bad readings.", offsetof(IntakeStats, bad), true},
    {"anlan_intake_events_total", "Events of the alarm engine.", offsetof(IntakeStats, events), true},
    {"anlan_intake_busy_total", "Batches turned away because too many wait.", offsetof(IntakeStats, busy),
     true},
};

static const Figure series_figures[] = {
    {"anlan_series_segments", "Segments on the disk.", offsetof(SeriesStats, segments), false},
    {"anlan_series_days", "Day partitions.", offsetof(SeriesStats, days), false},
    {"anlan_series_log_bytes", "Log on the disk.", offsetof(SeriesStats, log_bytes), false},
    {"anlan_series_segment_bytes", "Segments on the disk, in bytes.", offsetof(SeriesStats, segment_bytes),
     false},
    {"anlan_series_rollup_bytes", "Roll-ups on the disk.", offsetof(SeriesStats, rollup_bytes), false},
    {"anlan_series_pending_bytes", "Log not synced yet.", offsetof(SeriesStats, pending_bytes), false},
    {"anlan_series_syncs_total", "Syncs of the log.", offsetof(SeriesStats, syncs), true},
};

static struct {
    Ticker *ticker;
    Intake *intake;
    Metric *in_flight, *intake_metrics[ARRAY_LEN(intake_figures)], *series_metrics[ARRAY_LEN(series_figures)];
} figures;

static void make(const Figure *f, size_t n, Metric **out)
{
    for (size_t i = 0; i < n; i++)
        out[i] = f[i].counter ? metric_counter(f[i].name, f[i].help) : metric_gauge(f[i].name, f[i].help);
}

static void set(const Figure *f, size_t n, Metric **metrics, const void *stats)
{
    for (size_t i = 0; i < n; i++) {
        uint64_t v;
        memcpy(&v, (const char *)stats + f[i].at, sizeof v);
        metric_set(metrics[i], (double)v);
    }
}

static void copy_once(void *ud)
{
    (void)ud;
    IntakeStats in;
    SeriesStats series;
    intake_stats(figures.intake, &in);
    series_stats(intake_series(figures.intake), &series);
    set(intake_figures, ARRAY_LEN(intake_figures), figures.intake_metrics, &in);
    set(series_figures, ARRAY_LEN(series_figures), figures.series_metrics, &series);
    metric_set(figures.in_flight, (double)in.in_flight);
}

Rc figures_start(Ctx *ctx, Kernel *k)
{
    figures.intake = kernel_service(k, "intake");
    figures.in_flight = metric_gauge("anlan_intake_in_flight", "Readings waiting for their commit.");
    make(intake_figures, ARRAY_LEN(intake_figures), figures.intake_metrics);
    make(series_figures, ARRAY_LEN(series_figures), figures.series_metrics);
    figures.ticker = ticker_start("figures", EVERY_MS, copy_once, NULL);
    return figures.ticker
               ? RC_OK
               : FAIL(ctx, RC_BUSY, "intake.thread", "无法启动线程", "a thread could not be started");
}

void figures_stop(Kernel *k)
{
    (void)k;
    ticker_stop(&figures.ticker);
}
