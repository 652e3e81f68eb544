#!/bin/sh
# Three small sites as their makers leave them, for contrib/fresh-root.sh: Hugo's,
# Jekyll's and Eleventy's folders, each with five items, one of them a draft where
# the maker has drafts. Each has an outfeed.yaml, which outfeed init would write too.
# usage: contrib/fresh-sites.sh FOLDER
set -eu

[ $# -eq 1 ] || {
	echo "usage: contrib/fresh-sites.sh FOLDER" >&2
	exit 2
}
mkdir -p "$1"
cd "$1"

config()
{
	printf 'site: {title: %s, url: "https://%s.example.org/"}\ncontent: [%s]\noutput: %s\n' \
		"$1" "$1" "$2" "$3" >"$1/outfeed.yaml"
}

mkdir -p hugo/content/posts hugo/static/images hugo/archetypes
cat >hugo/hugo.toml <<'END'
baseURL = "https://hugo.example.org/"
title = "A Hugo site"
END
printf -- '---\ntitle: "{{ .Name }}"\ndraft: true\n---\n' >hugo/archetypes/default.md
printf -- '---\ntitle: Posts\n---\n' >hugo/content/posts/_index.md
for n in 1 2 3 4; do
	printf -- '---\ntitle: "Post %s"\ndate: 2025-0%s-01T10:00:00+02:00\nlastmod: 2025-0%s-02\ncategories: [Garden, "Notes"]\ntags: [t%s]\n---\nText of **post %s**, {{< ref "other" >}}.\n' \
		$n $n $n $n $n >hugo/content/posts/post-$n.md
done
printf -- '---\ntitle: Not yet\ndate: 2025-01-01\ndraft: true\n---\nx\n' >hugo/content/posts/draft.md
config hugo content public

mkdir -p jekyll/_posts jekyll/_layouts jekyll/assets
printf 'title: A Jekyll site\nurl: https://jekyll.example.org\n' >jekyll/_config.yml
for n in 1 2 3 4 5; do
	printf -- '---\nlayout: post\ntitle:  "Entry %s"\ndate:   2024-0%s-11 09:30:00 +0000\ncategories: [work]\nexcerpt: In short, %s.\n---\nText {%% include x.html %%} of entry %s.\n' \
		$n $n $n $n >jekyll/_posts/2024-0$n-11-entry-$n.markdown
done
config jekyll _posts _site

mkdir -p eleventy/src/posts eleventy/src/_includes
printf 'export default function (config) {\n\treturn {dir: {input: "src", output: "_site"}};\n}\n' \
	>eleventy/eleventy.config.js
for n in 1 2 3 4 5; do
	printf -- '---\ntitle: Piece %s\ndescription: What piece %s says.\ndate: 2025-03-0%s\ntags:\n  - posts\n  - made\n---\n## Piece %s\n\nText.\n' \
		$n $n $n $n >eleventy/src/posts/piece-$n.md
done
config eleventy src/posts _site
printf 'groups: [{by: tags, path: "tags/{slug}"}]\n' >>eleventy/outfeed.yaml
