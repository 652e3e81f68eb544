/*
 * The outermost page: shows vectors in frames, uses all that is in them as a reader would
 * who presses everything, and tells what came of it.
 */
"use strict";
var seen = [];
addEventListener("message", function (event) {
	if (event.data && event.data.what)
		seen.push(event.data);
});

var LINKED = ["http:", "https:", "mailto:", "tel:"];
/* Events that a user, or a page that is left alone, may cause on any element. */
var EVENTS = ["pointerover", "pointerenter", "mouseover", "mouseenter", "mousemove", "wheel",
	"pointerdown", "mousedown", "focusin", "pointerup", "mouseup", "dragstart", "keydown",
	"copy", "paste", "mouseout", "mouseleave", "scroll", "toggle"];

function pause(ms) {
	return new Promise(function (resolve) { setTimeout(resolve, ms); });
}

/* All elements of a document, those of shadow roots among them. */
function everything(root) {
	return Array.from(root.querySelectorAll("*")).flatMap(function (element) {
		return element.shadowRoot ? [element].concat(everything(element.shadowRoot)) : [element];
	});
}

/* A link that leads where any link may is not followed; to press another is to run it. feed: is of our pages. */
function leadsAway(element) {
	var link = element.closest("a[href], area[href]");
	return link && typeof link.href === "string" && !link.hasAttribute("ping") &&
		(LINKED.includes(link.protocol) || link.protocol === "feed:");
}

function press(element) {
	var view = element.ownerDocument.defaultView;
	if (element.focus)
		element.focus();
	EVENTS.forEach(function (name) {
		element.dispatchEvent(new view.MouseEvent(name, {bubbles: true, cancelable: true}));
	});
	Array.from(element.attributes).forEach(function (attribute) {
		if (/^on/i.test(attribute.name))
			element.dispatchEvent(new view.Event(attribute.name.slice(2), {cancelable: true}));
	});
	if (!leadsAway(element))
		element.dispatchEvent(new view.MouseEvent("click",
			{bubbles: true, cancelable: true, view: view}));
}

/*
 * What a document holds that is not in the list: {tags, anywhere, attributes}. Each content is
 * in a section with data-number, and no content reaches out of its own.
 */
function judge(page, document_, allowed) {
	function say(number, how) { seen.push({what: "holds", number: number, how: how}); }
	everything(document_.body).forEach(function (element) {
		var tag = element.localName, section = element.closest("section[data-number]");
		var number = section ? Number(section.dataset.number) : page;
		if (element === section) {
			seen.push({what: "shown", number: number, how: ""});
			return section.parentElement.matches("body, body > div:not([title])") ||
				say(number, "what was left open before it");
		}
		if (!section && element.outerHTML.startsWith("<div><section data-number"))
			return false;
		if (!section)
			say(number, "<" + tag + "> that is out of its place");
		if (element.namespaceURI !== "http://www.w3.org/1999/xhtml" || !allowed.tags.includes(tag))
			return say(number, "<" + tag + ">");
		var names = allowed.anywhere.concat(allowed.attributes[tag] || []);
		Array.from(element.attributes).forEach(function (attribute) {
			if (!names.includes(attribute.name))
				say(number, "<" + tag + " " + attribute.name + ">");
		});
		return tag !== "a" || LINKED.includes(element.protocol) ||
			say(number, "<a href> to " + element.protocol);
	});
	if (document_.head && document_.head.querySelector("meta, link, base, style, title"))
		say(page, "elements of the head");
}

function shown(address, sandbox) {
	var frame = document.createElement("iframe");
	if (sandbox)
		frame.setAttribute("sandbox", sandbox);
	frame.src = address;
	frame.loaded = new Promise(function (resolve) { frame.onload = resolve; });
	document.body.append(frame);
	return frame;
}

/*
 * Shows /NUMBER/KIND for each of the numbers, waits, and presses everything. allowed is the list to
 * judge by, or null. Gives what was seen.
 */
async function show(numbers, kind, allowed, sandbox, wait) {
	seen = [];
	document.body.replaceChildren();
	var frames = numbers.map(function (number) { return shown("/" + number + "/" + kind, sandbox); });
	await Promise.race([Promise.all(frames.map(function (f) { return f.loaded; })), pause(8000)]);
	await pause(wait);
	frames.forEach(function (frame, i) {
		var inner = null;
		try {
			inner = frame.contentDocument;
			if (!inner || !inner.body)
				throw new Error("no document");
			if (allowed)
				judge(numbers[i], inner, allowed);
			everything(inner.body).slice(0, 2000).forEach(press);
		} catch (error) {
			seen.push({what: "gone", number: numbers[i], how: String(error)});
		}
	});
	await pause(wait);
	return seen;
}
