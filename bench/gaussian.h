/* The windowed Gaussian of the Numenta Anomaly Benchmark, as its reference detector of that name does it:
 * mean and standard deviation of the last 6,400 values, renewed with each value until the window is full and
 * then with every hundredth. The score here is the distance in standard deviations; the original turns it
 * into a tail probability, which keeps the order but runs out of digits at 8. */
#pragma once

enum { GAUSSIAN_WINDOW = 6400, GAUSSIAN_STEP = 100 };

typedef struct Gaussian {
    double window[GAUSSIAN_WINDOW + GAUSSIAN_STEP]; /* a ring */
    unsigned long n, used, first;                   /* values seen; the window is [first, used) of them */
    double mean, deviation;
} Gaussian;

/* Distance of v from what came before, then learns v. 0 for the first. */
double gaussian_take(Gaussian *g, double v);
