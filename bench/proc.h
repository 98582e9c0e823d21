/* Processor time and memory of a process, from /proc. */
#pragma once

double proc_cpu_s(long pid);
double proc_rss_mb(long pid);
