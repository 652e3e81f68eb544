/*
 * The long way behind of_yaml_parse(), for it and for the tests: where
 * of_yaml_parse_short() reads something, both give the same tree, and so a
 * change of one is a change of both.
 */
#ifndef OF_YAML_FULL_H
#define OF_YAML_FULL_H

#include "yaml/yaml.h"

/* All of YAML, by libyaml; limits->wanted means nothing to it. */
OF_MUST_CHECK enum of_status of_yaml_read_full(const struct of_yaml **root,
	struct of_arena *arena, struct of_str bytes, const struct of_yaml_limits *limits,
	const struct of_reporter *reporter, struct of_err *err);

#endif
