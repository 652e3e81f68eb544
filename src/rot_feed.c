#include "rot_feed.h"
enum of_status of_rot_feed_write(struct of_history *h,const struct of_site *s,const char *f,struct of_str a,struct of_err *e){(void)h;(void)s;(void)f;(void)a;(void)e;return OF_OK;}
