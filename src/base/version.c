#include <outfeed/version.h>

const char *of_version(void)
{
	return OUTFEED_VERSION;
}
