/*
 * Names of files: text alone, nothing is looked up. Results borrow.
 */
#ifndef OF_BASE_PATH_H
#define OF_BASE_PATH_H

#include <outfeed/buf.h>
#include <outfeed/str.h>
#include <stdbool.h>

struct of_str of_path_base(struct of_str path);   /* after the last '/' */
struct of_str of_path_folder(struct of_str path); /* before it; absent when there is none */
struct of_str of_path_extension(
	struct of_str path);                    /* with its dot; absent when there is none */
struct of_str of_path_stem(struct of_str path); /* the base without its extension */
/* Appends folder '/' name; name alone when folder is absent or ".", or name is absolute. */
void of_path_join(struct of_buf *out, struct of_str folder, struct of_str name);
/* Appends the path without ".", "x/.." and needless slashes; "." when nothing is left. */
void of_path_normalise(struct of_buf *out, struct of_str path);

/* What a folder can have a file under: no slash or NUL in it, and neither "." nor "..". */
bool of_path_is_name(struct of_str name);

/*
 * NULL when the path may be used below the output folder: relative, no empty
 * segment, none that begins with '.', no backslash, control character or
 * ':', no device name of Windows, no segment past 200 bytes, 1,000 in all.
 * Else what is wrong with it, as the end of a sentence; static.
 */
const char *of_path_refusal(struct of_str path);

#endif
