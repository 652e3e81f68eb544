// One RSS document a category, and no page: items have no output of their own.
import rss from "@11ty/eleventy-plugin-rss";

const LIMIT = 50;
const { BENCH_CONTENT, BENCH_OUTPUT } = process.env;

const slug = (name) =>
	name.toLowerCase().replace(/[^\p{L}\p{N}]+/gu, "-").replace(/^-|-$/g, "");

function byCategory(collection) {
	const groups = new Map();
	for (const item of collection.getAll()) {
		for (const name of item.data.categories) {
			if (!groups.has(name)) {
				groups.set(name, []);
			}
			groups.get(name).push(item);
		}
	}
	return [...groups].map(([name, items]) => ({
		name,
		slug: slug(name),
		items: items.sort((a, b) => b.date - a.date).slice(0, LIMIT),
	}));
}

const FEED = `<?xml version="1.0" encoding="utf-8"?>
<rss version="2.0" xmlns:content="http://purl.org/rss/1.0/modules/content/" xmlns:dc="http://purl.org/dc/elements/1.1/">
<channel>
<title>{{ group.name }}</title>
<link>https://bench.example/topic/{{ group.slug }}/</link>
<description>{{ group.name }}</description>
<language>en</language>
{%- for item in group.items %}
<item>
<title>{{ item.data.title }}</title>
<link>https://bench.example/news/{{ item.data.slug }}/</link>
<guid isPermaLink="false">{{ item.fileSlug }}</guid>
<pubDate>{{ item.date | dateToRfc822 }}</pubDate>
{%- for name in item.data.author %}
<dc:creator>{{ name }}</dc:creator>
{%- endfor %}
{%- for name in item.data.categories %}
<category>{{ name }}</category>
{%- endfor %}
<description>{{ item.data.description }}</description>
<content:encoded>{{ item.content }}</content:encoded>
</item>
{%- endfor %}
</channel>
</rss>
`;

export default function (config) {
	config.addPlugin(rss);
	config.setUseGitIgnore(false);
	config.setQuietMode(true);
	config.addGlobalData("permalink", false);
	config.addCollection("byCategory", byCategory);
	config.addTemplate("feed.njk", FEED, {
		permalink: "topic/{{ group.slug }}/rss.xml",
		pagination: { data: "collections.byCategory", size: 1, alias: "group" },
		eleventyExcludeFromCollections: true,
	});
	return {
		dir: { input: BENCH_CONTENT, output: BENCH_OUTPUT },
		markdownTemplateEngine: false,
		templateFormats: ["md", "njk"],
	};
}
