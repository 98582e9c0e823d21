/* Weather over the city: temperature with day and year, showers now and then, and the rain of the scripted
 * incident elsewhere. */
#include "city.h"
#include "base/clock.h"

#include <math.h>

double weather_rain(const City *c, int64_t t)
{
    double wet = noise(c->seed ^ 0x4A1, t, 5 * MS_HOUR) - 0.55;
    if (wet <= 0) return 0;
    return 22 * wet * (0.6 + 0.4 * noise(c->seed ^ 0x4A2, t, 12 * MS_MINUTE));
}

double weather_temperature(const City *c, int64_t t)
{
    double day = (double)((t + CIVIL_SHIFT) % MS_DAY) / (double)MS_DAY;
    double year = (double)(t % (365 * MS_DAY)) / (double)(365 * MS_DAY);
    return 16 - 13 * cos(2 * M_PI * (year - 0.04)) + 4.5 * sin(2 * M_PI * (day - 0.38)) +
           2.5 * noise(c->seed ^ 0x7E, t, 9 * MS_HOUR);
}
