/*
 * What WCAG 2.2 (A and AA) asks of a page that a program can see, one function a rule;
 * the number behind a rule is the success criterion. Run by browser.py as the body of a
 * function: gives the names of all rules, how much was looked at, and what was found.
 */
var found = [];
var counted = { texts: 0, targets: 0, names: 0, focused: 0 };
var rule;

var INTERACTIVE = "a[href], button, input:not([type=hidden]), select, textarea, summary, [tabindex]," +
	"[role=button], [role=link], [role=checkbox], [role=tab], [role=menuitem]";
var SECTIONS = "main, nav, aside, header, footer, section[aria-label], section[aria-labelledby]," +
	"form[aria-label], form[aria-labelledby], [role=search], [role=region], [role=banner], [role=contentinfo]," +
	"[role=main], [role=navigation], [role=complementary], dialog";
var ROLES = ("alert article banner button cell checkbox columnheader complementary contentinfo dialog figure form" +
	" group heading img link list listitem log main menu menuitem navigation none note option presentation" +
	" progressbar radio region row rowgroup rowheader search searchbox separator slider spinbutton status switch tab" +
	" table tablist tabpanel textbox timer toolbar tooltip tree treeitem").split(" ");
/* Of an attribute: words, "id" for names of elements, "text" for anything that is not empty. */
var TRISTATE = ["true", "false", "mixed"];
var BOOLEAN = ["true", "false"];
var ARIA = {
	"aria-activedescendant": "id", "aria-atomic": BOOLEAN, "aria-busy": BOOLEAN, "aria-checked": TRISTATE,
	"aria-colcount": "text", "aria-colindex": "text", "aria-controls": "id",
	"aria-current": ["page", "step", "location", "date", "time", "true", "false"], "aria-describedby": "id",
	"aria-description": "text", "aria-details": "id", "aria-disabled": BOOLEAN, "aria-errormessage": "id",
	"aria-expanded": BOOLEAN, "aria-flowto": "id",
	"aria-haspopup": ["true", "false", "menu", "listbox", "tree", "grid", "dialog"], "aria-hidden": BOOLEAN,
	"aria-invalid": ["true", "false", "grammar", "spelling"], "aria-keyshortcuts": "text", "aria-label": "text",
	"aria-labelledby": "id", "aria-level": "text", "aria-live": ["off", "polite", "assertive"],
	"aria-modal": BOOLEAN, "aria-multiline": BOOLEAN, "aria-orientation": ["horizontal", "vertical"],
	"aria-owns": "id", "aria-pressed": TRISTATE, "aria-readonly": BOOLEAN, "aria-relevant": "text",
	"aria-required": BOOLEAN, "aria-roledescription": "text", "aria-rowcount": "text", "aria-rowindex": "text",
	"aria-selected": BOOLEAN, "aria-setsize": "text", "aria-posinset": "text",
	"aria-sort": ["ascending", "descending", "none", "other"], "aria-valuemax": "text", "aria-valuemin": "text",
	"aria-valuenow": "text", "aria-valuetext": "text"
};
var LANGUAGE = /^[a-z]{2,8}(-[a-z0-9]{1,8})*$/i;

function all(selector) {
	return Array.from(document.querySelectorAll(selector));
}

function complain(element, what) {
	found.push({ rule: rule, what: what || "", where: element ? element.outerHTML.slice(0, 160) : "" });
}

function isShown(element) {
	return element.checkVisibility({ checkOpacity: true, checkVisibilityCSS: true });
}

function isExposed(element) {
	return isShown(element) && !element.closest("[aria-hidden=true]");
}

function ownText(element) {
	return Array.from(element.childNodes).filter(function (node) {
		return node.nodeType === Node.TEXT_NODE;
	}).map(function (node) {
		return node.data;
	}).join(" ").trim();
}

function squeeze(text) {
	return text.replace(/\s+/g, " ").trim();
}

/* The text that a name is made of: alternatives count, what is hidden does not. */
function contentName(node) {
	if (node.nodeType === Node.TEXT_NODE)
		return node.data;
	if (node.nodeType !== Node.ELEMENT_NODE || node.matches("[aria-hidden=true], [hidden], script, style"))
		return "";
	if (node.hasAttribute("aria-label"))
		return node.getAttribute("aria-label");
	if (node.matches("img, [role=img]"))
		return node.getAttribute("alt") || "";
	return Array.from(node.childNodes, contentName).join("");
}

function idsOf(element, attribute) {
	return (element.getAttribute(attribute) || "").split(/\s+/).filter(Boolean);
}

/* A short form of the algorithm of Accessible Name and Description Computation. */
function nameOf(element) {
	var labels = idsOf(element, "aria-labelledby").map(function (id) {
		return document.getElementById(id);
	}).filter(Boolean);
	if (labels.length)
		return squeeze(labels.map(contentName).join(" "));
	if (squeeze(element.getAttribute("aria-label") || ""))
		return squeeze(element.getAttribute("aria-label"));
	if (element.labels && element.labels.length)
		return squeeze(Array.from(element.labels, contentName).join(" "));
	if (element.matches("svg"))
		return squeeze((element.querySelector(":scope > title") || element).textContent);
	if (element.matches("input[type=submit], input[type=button], input[type=reset]"))
		return squeeze(element.value);
	if (element.matches("img, input[type=image]"))
		return squeeze(element.alt || "");
	return squeeze(element.matches("input, select, textarea") ? "" : contentName(element));
}

/* Colours: [red, green, blue, alpha], 0 to 255 and 0 to 1. */
function colour(text) {
	var parts = (text.match(/[\d.]+(e-?\d+)?/g) || []).map(Number);
	if (text.startsWith("color(srgb"))
		parts = [parts[0] * 255, parts[1] * 255, parts[2] * 255].concat(parts.slice(3));
	else if (!text.startsWith("rgb"))
		throw new Error("a colour that is not understood: " + text);
	return parts.length === 3 ? parts.concat(1) : parts;
}

function over(top, under) {
	return [0, 1, 2].map(function (i) {
		return top[i] * top[3] + under[i] * (1 - top[3]);
	}).concat(1);
}

/* All that is painted behind an element, composed; null where a picture is. */
function ground(element) {
	var layers = [];
	var style, made;
	for (; element; element = element.parentElement) {
		style = getComputedStyle(element);
		if (style.backgroundImage !== "none")
			return null;
		made = colour(style.backgroundColor);
		layers.push(made);
		if (made[3] === 1)
			break;
	}
	if (!element)
		layers.push(matchMedia("(prefers-color-scheme: dark)").matches &&
			/dark/.test(getComputedStyle(document.documentElement).colorScheme + (document.querySelector(
				"meta[name=color-scheme]") || { content: "" }).content) ? [18, 18, 18, 1] : [255, 255, 255, 1]);
	return layers.reverse().reduce(function (under, top) {
		return over(top, under);
	});
}

function luminance(parts) {
	var linear = parts.slice(0, 3).map(function (value) {
		value /= 255;
		return value <= .04045 ? value / 12.92 : Math.pow((value + .055) / 1.055, 2.4);
	});
	return .2126 * linear[0] + .7152 * linear[1] + .0722 * linear[2];
}

function ratio(a, b) {
	var x = luminance(a);
	var y = luminance(b);
	return (Math.max(x, y) + .05) / (Math.min(x, y) + .05);
}

function opacityOf(element) {
	var opacity = 1;
	for (; element; element = element.parentElement)
		opacity *= Number(getComputedStyle(element).opacity);
	return opacity;
}

function leastContrast(style) {
	var size = parseFloat(style.fontSize);
	return size >= 24 || (size >= 18.66 && Number(style.fontWeight) >= 700) ? 3 : 4.5;
}

function checkText(element) {
	var style = getComputedStyle(element);
	var under = ground(element);
	var ink = colour(element.ownerSVGElement ? style.fill : style.color);
	var got;
	counted.texts++;
	if (!under) {
		complain(element, "text on a picture");
		return;
	}
	ink[3] *= opacityOf(element);
	got = ratio(over(ink, under), under);
	if (got < leastContrast(style))
		complain(element, got.toFixed(2));
}

function isInline(element) {
	return ownText(element.parentElement) !== "" && getComputedStyle(element).display === "inline";
}

function targets() {
	return all(INTERACTIVE).filter(function (element) {
		return isShown(element) && !element.disabled && !element.matches(".skip, [tabindex='-1']");
	});
}

/* 2.5.8: 24 by 24, or far enough from others that a circle of 24 is its own. */
function isNear(a, b) {
	var x = a.left + a.width / 2;
	var y = a.top + a.height / 2;
	var dx = Math.max(b.left - x, 0, x - b.right);
	var dy = Math.max(b.top - y, 0, y - b.bottom);
	return dx * dx + dy * dy < 12 * 12;
}

function focusLook(element) {
	var style = getComputedStyle(element);
	var outline = style.outlineStyle === "none" || parseFloat(style.outlineWidth) === 0 ||
		colour(style.outlineColor)[3] === 0 ? "none" : style.outlineWidth + style.outlineColor;
	return [outline, style.boxShadow, style.borderColor, style.backgroundColor, style.textDecorationLine].join("|");
}

var rules = {
	"document-title": function () { /* 2.4.2 */
		if (!document.title.trim())
			complain(document.head, "no title");
	},
	"language": function () { /* 3.1.1, 3.1.2 */
		if (!document.documentElement.lang)
			complain(null, "no lang on html");
		all("[lang]").forEach(function (element) {
			if (!LANGUAGE.test(element.getAttribute("lang")))
				complain(element, "no language");
		});
	},
	"zoom": function () { /* 1.4.4 */
		var meta = document.querySelector("meta[name=viewport]");
		if (!meta || /user-scalable\s*=\s*(no|0)|maximum-scale\s*=\s*[0-4](\.|,|\s|$)/.test(meta.content))
			complain(meta, "no viewport, or one that cannot be zoomed");
	},
	"one-main": function () { /* 1.3.1 */
		if (all("main, [role=main]").length !== 1)
			complain(document.body, all("main, [role=main]").length + " main");
	},
	"landmarks": function () { /* 1.3.1, 2.4.1 */
		all("body *").forEach(function (element) {
			var skips = element.closest("a[href^='#']");
			if (ownText(element) && isExposed(element) && !element.matches("script, style") &&
					!element.closest(SECTIONS) && !(skips && skips.parentElement === document.body))
				complain(element, "outside of all landmarks");
		});
	},
	"landmark-names": function () { /* 1.3.1 */
		var seen = new Set();
		all(SECTIONS).forEach(function (element) {
			var key = (element.getAttribute("role") || element.localName) + "\n" + nameOf(element);
			if (element.matches("header, footer") && element.parentElement !== document.body)
				return;
			if (!element.matches("[aria-label], [aria-labelledby]"))
				key = element.getAttribute("role") || element.localName;
			if (seen.has(key))
				complain(element, "two of one name");
			seen.add(key);
		});
	},
	"headings": function () { /* 1.3.1, 2.4.6 */
		var level = 0;
		var headings = all("h1, h2, h3, h4, h5, h6").filter(isExposed);
		headings.forEach(function (heading) {
			var own = Number(heading.localName[1]);
			if (!nameOf(heading))
				complain(heading, "empty");
			if (own > level + 1)
				complain(heading, "follows a heading of level " + level);
			level = own;
		});
		if (all("h1").filter(isExposed).length !== 1)
			complain(null, "not one h1");
	},
	"unique-ids": function () { /* 1.3.1 */
		var seen = new Set();
		all("[id]").forEach(function (element) {
			if (!element.id || seen.has(element.id))
				complain(element, "empty, or there twice");
			seen.add(element.id);
		});
	},
	"references": function () { /* 1.3.1, 2.4.1 */
		all("label[for], a[href^='#']").forEach(function (element) {
			var id = element.htmlFor || decodeURIComponent((element.getAttribute("href") || "").slice(1));
			if (!document.getElementById(id))
				complain(element, "leads to nothing");
		});
	},
	"names": function () { /* 2.4.4, 4.1.2 */
		all(INTERACTIVE + ", iframe, [role=img], [role=region]").filter(isExposed).forEach(function (element) {
			counted.names++;
			if (!nameOf(element))
				complain(element, "no name");
		});
	},
	"label-in-name": function () { /* 2.5.3 */
		all("a[href][aria-label], button[aria-label]").filter(isExposed).forEach(function (element) {
			var seen = squeeze(element.textContent).toLowerCase();
			if (!nameOf(element).toLowerCase().includes(seen))
				complain(element, "its name is not what is seen");
		});
	},
	"link-names": function () { /* 2.4.4: in its part of the page, or its headed row */
		var seen = new Map();
		all("a[href]").filter(isExposed).forEach(function (link) {
			var block = link.closest("tr:has(> th[scope=row]), tbody:has(th[scope=rowgroup])," + SECTIONS);
			var names = seen.get(block) || new Map();
			var name = nameOf(link);
			if (names.has(name) && names.get(name) !== link.href)
				complain(link, "another link is called the same");
			seen.set(block, names.set(name, link.href));
		});
	},
	"link-looks": function () { /* 1.4.1: not by colour alone among other words */
		all("a[href]").filter(isShown).filter(isInline).forEach(function (link) {
			var style = getComputedStyle(link);
			if (!style.textDecorationLine.includes("underline") && style.borderBottomStyle === "none" &&
					style.fontWeight === getComputedStyle(link.parentElement).fontWeight)
				complain(link, "looks like the words around it");
		});
	},
	"image-alt": function () { /* 1.1.1 */
		all("img, input[type=image], area").forEach(function (image) {
			if (!image.hasAttribute("alt") && !image.closest("[aria-hidden=true]"))
				complain(image, "no alt");
		});
		all("svg").filter(isExposed).forEach(function (image) {
			if (!image.matches("[role=img]") && !image.closest("[role=img]"))
				complain(image, "a picture that says nothing");
		});
	},
	"lists": function () { /* 1.3.1 */
		all("ul > :not(li, script, template), ol > :not(li, script, template)").forEach(function (element) {
			complain(element, "in a list and no item");
		});
		all("li").forEach(function (element) {
			if (!element.parentElement.matches("ul, ol, menu, [role=list]"))
				complain(element, "an item of no list");
		});
		all("dl > :not(dt, dd, div, script, template)").forEach(function (element) {
			complain(element, "in a dl and neither dt nor dd");
		});
		all("dt, dd").forEach(function (element) {
			if (!element.closest("dl"))
				complain(element, "of no dl");
		});
	},
	"tables": function () { /* 1.3.1 */
		all("table").filter(isExposed).forEach(function (table) {
			if (!table.querySelector("th"))
				complain(table, "no header cells");
			if (!table.caption && !table.matches("[aria-label], [aria-labelledby]"))
				complain(table, "no caption");
		});
		all("th:not([scope])").forEach(function (head) {
			complain(head, "no scope");
		});
	},
	"labels": function () { /* 3.3.2: a title or a placeholder is none */
		all("input:not([type=hidden], [type=submit], [type=button], [type=reset], [type=image]), select, textarea")
			.filter(isExposed).forEach(function (field) {
				var label = field.labels && Array.from(field.labels).some(isShown);
				if (!label && !field.matches("[aria-label], [aria-labelledby]"))
					complain(field, "no label that is seen");
			});
	},
	"contrast": function () { /* 1.4.3 */
		all("body *").filter(function (element) {
			return ownText(element) && isShown(element) && !element.matches("script, style, option, title, desc") &&
				!element.closest(":disabled, .skip");
		}).forEach(checkText);
	},
	"field-contrast": function () { /* 1.4.11 */
		all("input, select, textarea").filter(isShown).forEach(function (field) {
			var style = getComputedStyle(field);
			var under = ground(field.parentElement);
			var edge = parseFloat(style.borderTopWidth) > 0 ? over(colour(style.borderTopColor), under) : under;
			if (!field.matches("[type=hidden], [type=checkbox], [type=radio]") && Math.max(ratio(edge, under), ratio(ground(field), under)) < 3)
				complain(field, "its edge is not seen");
		});
	},
	"target-size": function () { /* 2.5.8 */
		var boxes = targets().map(function (element) {
			return { element: element, box: element.getBoundingClientRect() };
		});
		boxes.forEach(function (target) {
			counted.targets++;
			if ((target.box.width >= 23.9 && target.box.height >= 23.9) || isInline(target.element))
				return;
			if (boxes.some(function (other) {
				return other !== target && !other.element.contains(target.element) &&
					!target.element.contains(other.element) && isNear(target.box, other.box);
			}))
				complain(target.element, target.box.width.toFixed() + " by " + target.box.height.toFixed());
		});
	},
	"nested": function () { /* 4.1.2 */
		all("a[href] a, a[href] button, a[href] input, button a, button button, button input, summary a[href], label a[href]")
			.forEach(function (element) {
				complain(element, "inside of another control");
			});
	},
	"tab-order": function () { /* 2.4.3, 2.1.1 */
		all("[tabindex]").forEach(function (element) {
			if (element.tabIndex > 0)
				complain(element, "tabindex above 0");
		});
		all("[aria-hidden=true]").forEach(function (element) {
			if (element.matches(INTERACTIVE) || element.querySelector(INTERACTIVE))
				complain(element, "hidden, and takes the focus");
		});
	},
	"focus-visible": function () { /* 2.4.7 */
		var before = document.activeElement;
		targets().concat(all(".skip")).forEach(function (element) {
			var look = focusLook(element);
			element.focus({ focusVisible: true, preventScroll: true });
			counted.focused++;
			if (document.activeElement !== element || focusLook(element) === look)
				complain(element, "the focus is not taken, or not seen");
			element.blur();
		});
		before.focus({ preventScroll: true });
	},
	"scrollable": function () { /* 2.1.1 */
		all("body *").forEach(function (element) {
			var style = getComputedStyle(element);
			if (/auto|scroll/.test(style.overflowX + style.overflowY) && !element.matches(INTERACTIVE) &&
					!element.querySelector(INTERACTIVE) && (element.scrollHeight > element.clientHeight + 1 ||
						element.scrollWidth > element.clientWidth + 1))
				complain(element, "scrolls, and takes no focus");
		});
	},
	"aria": function () { /* 4.1.2 */
		all("*").forEach(function (element) {
			Array.from(element.attributes).forEach(function (attribute) {
				var allowed = ARIA[attribute.name];
				if (attribute.name === "role" && !ROLES.includes(attribute.value))
					complain(element, "role " + attribute.value);
				if (!attribute.name.startsWith("aria-"))
					return;
				if (!allowed || (allowed === "text" && !attribute.value.trim()) ||
						(Array.isArray(allowed) && !allowed.includes(attribute.value)) ||
						(allowed === "id" && idsOf(element, attribute.name).some(function (id) {
							return !document.getElementById(id);
						})))
					complain(element, attribute.name);
			});
		});
	},
	"motion": function () { /* 2.2.1, 2.2.2 */
		all("marquee, blink, meta[http-equiv=refresh i], [autoplay]").forEach(function (element) {
			complain(element, "moves by itself");
		});
	}
};

/* What is out of sight is laid out as well. */
all("body *").forEach(function (element) {
	if (getComputedStyle(element).contentVisibility === "auto")
		element.style.contentVisibility = "visible";
});
Object.keys(rules).forEach(function (name) {
	rule = name;
	rules[name]();
});
return { rules: Object.keys(rules), counted: counted, found: found };
