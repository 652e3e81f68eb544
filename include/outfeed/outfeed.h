/*
 * All of liboutfeed.
 */
#ifndef OUTFEED_OUTFEED_H
#define OUTFEED_OUTFEED_H

#include <outfeed/arena.h>
#include <outfeed/audit.h>
#include <outfeed/buf.h>
#include <outfeed/build.h>
#include <outfeed/collection.h>
#include <outfeed/err.h>
#include <outfeed/feed.h>
#include <outfeed/item.h>
#include <outfeed/page.h>
#include <outfeed/render.h>
#include <outfeed/serve.h>
#include <outfeed/site.h>
#include <outfeed/str.h>
#include <outfeed/survey.h>
#include <outfeed/verdict.h>
#include <outfeed/version.h>
#include <outfeed/watch.h>

#endif
