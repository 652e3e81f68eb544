/*
 * The two readers behind of_yaml_parse(). They give the same tree: a test
 * compares them, and so a change of one is a change of both.
 */
#ifndef OF_YAML_PLAIN_H
#define OF_YAML_PLAIN_H

#include "yaml/yaml.h"

/*
 * The short way: one pass over what people and their tools write, which is
 * block mappings and block lists of plain, quoted and block scalars, one
 * document, the root a mapping at the left margin. False, and nothing reported,
 * where bytes are anything else: flow style other than [] and {}, anchors,
 * aliases, tags, directives, "? " keys, tabs, a key that stands twice, what
 * passes a limit, what is no YAML. Then of_yaml_read_full() has the word.
 */
bool of_yaml_read_plain(const struct of_yaml **root, struct of_arena *arena,
	struct of_str bytes, const struct of_yaml_limits *limits);

/* All of YAML, by libyaml; limits->wanted means nothing to it. */
OF_MUST_CHECK enum of_status of_yaml_read_full(const struct of_yaml **root,
	struct of_arena *arena, struct of_str bytes, const struct of_yaml_limits *limits,
	const struct of_reporter *reporter, struct of_err *err);

#endif
