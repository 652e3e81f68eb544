/*
 * <site>/.outfeed: nobody named it, and a copy of somebody's site may hold one, so
 * that neither it nor anything in it may be a link to where outfeed was not asked to write.
 */
#ifndef OF_STORE_STATE_FOLDER_H
#define OF_STORE_STATE_FOLDER_H

#include <outfeed/err.h>

/* Makes it where it is not there. OF_EIO: it cannot be had, or there is a link. */
OF_MUST_CHECK enum of_status of_state_folder_make(const char *folder, struct of_err *err);

#endif
