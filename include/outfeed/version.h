/*
 * The version of the library, by SemVer.
 */
#ifndef OUTFEED_VERSION_H
#define OUTFEED_VERSION_H

#ifdef __cplusplus
extern "C" {
#endif

/* Such as "0.1.0"; static. */
const char *of_version(void);

#ifdef __cplusplus
}
#endif
#endif
