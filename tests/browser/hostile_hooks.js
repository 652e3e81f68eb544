/*
 * Runs first in each document, frames of frames among them: what must not happen is told to
 * the outermost window, as {what, number, how}. number is the vector's, of the frame's own
 * address unless ran() was given it.
 */
(function () {
	"use strict";
	var tell = top.postMessage.bind(top);
	var mine = /^\/(\d+)\//.exec(location.pathname);
	var number = mine ? Number(mine[1]) : 0;
	function say(what, how, other) {
		tell({what: what, number: other || number, how: String(how).slice(0, 200)}, "*");
	}
	function deny(owner, name, result) {
		owner[name] = function () {
			say("ran", name + " " + Array.from(arguments).join(" "));
			return result;
		};
	}
	window.ran = function (other) { say("ran", "ran", other); };
	if (window === top)
		return;
	["alert", "confirm", "prompt", "print", "open", "eval", "fetch", "Worker", "WebSocket",
		"EventSource", "SharedWorker"].forEach(function (name) { deny(window, name, null); });
	deny(XMLHttpRequest.prototype, "open");
	deny(Navigator.prototype, "sendBeacon", false);
	deny(HTMLFormElement.prototype, "requestSubmit");
	addEventListener("error", function (event) {
		if (event.target === window)
			say("ran", "error: " + event.message);
	}, true);
	addEventListener("unhandledrejection", function (event) { say("ran", event.reason); });
	addEventListener("beforeunload", function () { say("sends", "beforeunload"); });
	addEventListener("submit", function (event) { say("sends", "submit " + event.target.action); }, true);
	document.addEventListener("securitypolicyviolation", function (event) {
		say("forbidden", event.violatedDirective + " " + event.blockedURI + " " + event.sample);
	});
})();
