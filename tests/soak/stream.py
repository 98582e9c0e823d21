"""The readings that the senders send (tests/soak/sender/main.c), made again: reading r of a sender is step r // points of
point r % points, and time and value follow from them. What was acknowledged is the first so many of them."""

MASK = (1 << 64) - 1


def mix64(x):
    x ^= x >> 30
    x = x * 0xBF58476D1CE4E5B9 & MASK
    x ^= x >> 27
    x = x * 0x94D049BB133111EB & MASK
    return x ^ x >> 31


def centi(point, step):
    x = (step * 13 + point * 997) % 4000
    return 200 + (x if x < 2000 else 4000 - x) // 2 + mix64(step * 101 + point) % 21


# A vehicle's four points: latitude, longitude, altitude, speed.
def _vehicle(point, c):
    return (30 + c * 1e-5, 120 + c * 1e-5, float(c), c / 10)[point]


class Stream:
    """One sender: what it is, and what it has had acknowledged so far in this directory."""

    def __init__(self, number, protocol, points, rate, alarms=False):
        self.number, self.protocol, self.points, self.rate, self.alarms = number, protocol, points, rate, alarms
        self.acked = 0
        self.origin = 0

    @property
    def seconds(self):
        return self.protocol in ("hj212", "gb26875", "jt808")

    def code(self, point):
        return "SOAK-%02d-%02d" % (self.number, point)

    def source(self, point):
        """The key by which the program knows the point; empty: its code is sent."""
        if self.protocol == "hj212":
            return "hj212:SOAK%04d/w%05d-Rtd" % (self.number, 1001 + point)
        if self.protocol == "gb26875":
            return "gb26875:%d/1.1/32.7.%d#analogue2" % (900000 + self.number, point)
        if self.protocol == "jt808":
            return "jt808:139%08d#%s" % (self.number, ("lat", "lon", "altitude", "speed")[point])
        return ""

    def time(self, step):
        return self.origin + step * 1000 if self.seconds else self.origin + step * 100 + step * 7919 % 90

    def value(self, point, step):
        c = centi(point, step)
        return _vehicle(point, c) if self.protocol == "jt808" else c / 100

    def steps(self, point, acked):
        """How many steps of the point are among the first `acked` readings."""
        return (acked - point + self.points - 1) // self.points if acked > point else 0

    def check(self, point, before, stored):
        """Compares what is stored (rows t, v, q in order, from the first step of this run on) with the stream. Returns the
        number of acknowledged readings found; raises AssertionError for a lost, changed or invented one."""
        first, last = self.steps(point, before), self.steps(point, self.acked)
        steps = range(first, first + max(last - first, len(stored)))
        if stored == [[self.time(step), self.value(point, step), 0] for step in steps]:
            return last - first
        for i in range(max(last - first, len(stored))):
            step = first + i
            want_t, want_v = self.time(step), self.value(point, step)
            if i >= len(stored) or stored[i][0] != want_t:
                got = stored[i] if i < len(stored) else None
                what = "LOST" if step < last else "NEVER SENT"
                raise AssertionError("%s: %s %s step %d: t %d v %r, stored %r (%d acknowledged, %d stored)" % (
                    what, self.protocol, self.code(point), step, want_t, want_v, got, last - first, len(stored)))
            if abs(stored[i][1] - want_v) > 1e-9 or stored[i][2] != 0:
                raise AssertionError("CHANGED: %s %s at %d: sent %r, stored %r" % (
                    self.protocol, self.code(point), want_t, want_v, stored[i]))
        return last - first


class Polled:
    """A Modbus slave whose registers hold the number of the poll. Nobody acknowledges a poll, so what is proved: every value
    stored was served, none twice, in order, and none is missing before the last one stored of the run."""

    protocol, number, alarms = "modbus", 90, False

    def __init__(self, items):
        self.points, self.served = items, 0

    def code(self, item):
        return "SOAK-%02d-%02d" % (self.number, item)

    def source(self, item):
        return "modbus:SOAK-SLAVE/%02d" % item

    def check(self, item, before, stored):
        """stored: rows of this run. Returns how many."""
        for i, (t, v, q) in enumerate(stored):
            if v != before + i or q != 0:
                raise AssertionError("POLLED: %s at %d: poll %r stored, %d of the run expected" % (
                    self.code(item), t, v, before + i))
        if before + len(stored) > self.served:
            raise AssertionError("NEVER SERVED: %s: %d polls stored, %d served" % (
                self.code(item), before + len(stored), self.served))
        return len(stored)
