/* ci/banned.h - functions that have no place here; included before every file. */
#ifndef AUD_CI_BANNED_H
#define AUD_CI_BANNED_H

#include <locale.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#ifdef __GNUC__
#pragma GCC poison strcpy strcat sprintf vsprintf strtok atoi gmtime localtime system
#endif

#endif
