/* How alike are two texts? Pure, and the same on every machine. */
#pragma once
#include "base/str.h"

/* The share of pairs of neighbouring characters that both texts have (Dice), 0 to 1; blanks, punctuation and
 * the case of ASCII letters do not count. A text of one character is its own pair. Texts beyond 512
 * characters are cut. */
double danger_words_alike(Str a, Str b);
/* Does the text hold the word? Case of ASCII letters does not count. */
bool danger_words_hold(Str text, Str word);
/* Metres between two places that lie within some kilometres of each other. */
double danger_words_metres(double lon1, double lat1, double lon2, double lat2);
