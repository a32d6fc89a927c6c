//go:build unix

package report

import (
	"encoding/json"
	"fmt"
	"os"
	"strings"
	"testing"
)

// quiet fails for everything a page did that a reader or an operator would not
// want: an error, a refusal by its own policy, a dialog, a request.
func (b *browser) quiet(url string) {
	b.t.Helper()
	b.call("Page.getFrameTree", nil, nil) // whatever was on its way is in now
	for _, e := range b.events {
		switch e.Method {
		case "Network.requestWillBeSent":
			var p struct{ Request struct{ URL string } }
			if err := json.Unmarshal(e.Params, &p); err != nil || p.Request.URL != url {
				b.t.Errorf("request for %s %v", p.Request.URL, err)
			}
		case "Runtime.exceptionThrown", "Runtime.consoleAPICalled", "Log.entryAdded", "Audits.issueAdded", "Page.javascriptDialogOpening",
			"Page.frameAttached", "Page.windowOpen", "Page.downloadWillBegin":
			b.t.Errorf("%s: %s", e.Method, e.Params)
		}
	}
}

// armed is a report of names that would act if they could.
func armed() Report {
	r := every()
	for i, s := range markup {
		t := saying(s)
		t.ID = fmt.Sprint(i, s)
		r.Targets = append(r.Targets, t)
	}
	r.Finish()
	return r
}

func TestNothingHappensInABrowser(t *testing.T) {
	b := newBrowser(t)
	pages := samples()
	pages["armed"], pages["every"], pages["sample-fleet"] = armed(), every(), sampleFleet(12)
	for name, r := range pages {
		page := write(t, HTML, r, Options{})
		for _, hash := range []string{"", "#overview"} {
			url := b.open(page, hash)
			b.evaluate("document.querySelectorAll('details').forEach(d => d.open = true)", nil)
			b.quiet(url)
		}
		var title string
		var scripts int
		b.evaluate("document.title", &title)
		b.evaluate("document.scripts.length + document.querySelectorAll('iframe, img, link, base, object, embed, form, [style]').length", &scripts)
		if want := newSheet(&r, Options{}).Title; title != visible(want) || scripts != 1 {
			t.Errorf("%s: title %q, %d elements that act", name, title, scripts)
		}
	}
}

// Names of style and script are refused even where they would get into the page.
func TestPolicyRefusesWhatIsNotThePages(t *testing.T) {
	b := newBrowser(t)
	page := string(write(t, HTML, one(readyTarget()), Options{}))
	page = strings.Replace(page, "<main>", `<main><script>document.title = "owned"</script><img src="x" onerror="document.title = 'owned'"><style>main { display: none }</style>`, 1)
	b.open([]byte(page), "")
	var got string
	b.evaluate("document.title + ' ' + getComputedStyle(document.querySelector('main')).display", &got)
	if got != "Ready: reporting block" {
		t.Errorf("got %q", got)
	}
	refused := 0
	for _, e := range b.events {
		if e.Method == "Network.loadingFailed" && strings.Contains(string(e.Params), `"blockedReason":"csp"`) {
			refused++
		}
	}
	if refused != 1 {
		t.Errorf("%d requests were refused, want that of the picture", refused)
	}
}

// No page is wider than the screen, and no two labels of a picture overlap.
// With RSCHECK_SCREENSHOTS set to a folder, the pages are drawn into it, for
// whoever changes the style.
func TestPageFitsEveryScreen(t *testing.T) {
	b := newBrowser(t)
	pages := samples()
	pages["every"], pages["both"], pages["sample-fleet"] = every(), blockedBothRegions(), sampleFleet(12)
	for name, r := range pages {
		for _, width := range []int{360, 390, 820, 1280} {
			b.width(width)
			b.open(write(t, HTML, r, Options{}), "")
			if dir := os.Getenv("RSCHECK_SCREENSHOTS"); dir != "" {
				b.draw(fmt.Sprintf("%s/%s-%d", dir, name, width), width)
			}
			b.evaluate("document.querySelectorAll('details').forEach(d => d.open = true)", nil)
			var problems []string
			b.evaluate(layout, &problems)
			for _, p := range problems {
				t.Errorf("%s at %d: %s", name, width, p)
			}
		}
	}
}

const layout = `(() => {
	const problems = [];
	const wide = document.documentElement.scrollWidth - document.documentElement.clientWidth;
	if (wide > 0) problems.push("page is " + wide + " pixels too wide");
	for (const way of document.querySelectorAll(".way")) {
		const labels = [...way.querySelectorAll("text:not(.zone, .replies)")].filter(l => l.textContent.trim()).map(l => [l.textContent, l.getBoundingClientRect()]);
		const frame = way.getBoundingClientRect();
		labels.forEach(([a, x], i) => {
			if (x.right > frame.right || x.bottom > frame.bottom) problems.push("outside the picture: " + a);
			for (const [b, y] of labels.slice(i + 1))
				if (Math.min(x.right, y.right) - Math.max(x.left, y.left) > 1 && Math.min(x.bottom, y.bottom) - Math.max(x.top, y.top) > 3) problems.push("overlap: " + a + " and " + b);
		});
	}
	return [...new Set(problems)].slice(0, 5);
})()`

// draw saves how the page looks in both schemes, at most 4,000 pixels of it.
func (b *browser) draw(path string, width int) {
	b.t.Helper()
	for _, scheme := range []string{"light", "dark"} {
		b.media("screen", scheme)
		var height int
		b.evaluate("document.documentElement.scrollHeight", &height)
		png := b.take("Page.captureScreenshot", object{
			"captureBeyondViewport": true, "clip": object{"x": 0, "y": 0, "width": width, "height": min(height, 4000), "scale": 1},
		})
		if err := os.WriteFile(path+"-"+scheme+".png", png, 0o644); err != nil {
			b.t.Fatal(err)
		}
	}
}

// A path runs from the loader to the target and back: across a wide screen, and
// down a narrow one.
func TestPathIsDrawnAsTheScreenIsWide(t *testing.T) {
	b := newBrowser(t)
	for width, want := range map[int]string{1280: "across", 1184: "across", 1183: "down", 390: "down"} {
		b.width(width)
		b.open(write(t, HTML, one(sampleReady("reporting", "us-east-1", 7)), Options{}), "")
		var got string
		b.evaluate(`(() => {
			const order = ["loader .box", "bpa use", "igw use", "edge use", "in use", "sg use", "goal .box", "out use", "back use"]
				.map(name => document.querySelector(".way ." + name).getBoundingClientRect());
			const grows = side => order.slice(0, 7).every((r, i) => !i || r[side] > order[i - 1][side])
				&& order[8][side] < order[7][side] && order[7][side] < order[6][side];
			return grows("left") ? "across" : grows("top") ? "down" : "neither: " + JSON.stringify(order);
		})()`, &got)
		if got != want {
			t.Errorf("at %d it runs %s, want %s", width, got, want)
		}
	}
}

// Text has the contrast that WCAG 2.2 asks for (1.4.3, level AA) in both schemes.
func TestTextCanBeReadInBothSchemes(t *testing.T) {
	b := newBrowser(t)
	for _, name := range []string{"sample-broken", "sample-unknown", "sample-fleet"} {
		r := samples()[name]
		if name == "sample-fleet" {
			r = sampleFleet(12)
		}
		for _, medium := range []string{"screen", "print"} {
			for _, scheme := range []string{"light", "dark"} {
				b.media(medium, scheme)
				b.width(1280)
				b.open(write(t, HTML, r, Options{}), "")
				b.evaluate("document.querySelectorAll('details').forEach(d => d.open = true)", nil)
				var result struct {
					Texts int
					Poor  []string
					Paper string
				}
				b.evaluate(contrast, &result)
				if len(result.Poor) > 0 || result.Texts < 100 {
					t.Errorf("%s, %s %s: of %d texts these have too little contrast: %q", name, medium, scheme, result.Texts, result.Poor)
				}
				if dark := result.Paper != "rgb(255, 255, 255)"; dark != (medium == "screen" && scheme == "dark") {
					t.Errorf("%s, %s %s: the paper is %s", name, medium, scheme, result.Paper)
				}
			}
		}
	}
}

const contrast = `(() => {
	const rgb = color => (color.match(/[\d.]+/g) || []).map(Number);
	const light = color => {
		const [r, g, b] = rgb(color).map(c => (c /= 255) <= .04045 ? c / 12.92 : ((c + .055) / 1.055) ** 2.4);
		return .2126 * r + .7152 * g + .0722 * b;
	};
	const behind = e => {
		for (; e; e = e.parentElement) {
			const color = getComputedStyle(e).backgroundColor;
			if (rgb(color)[3] !== 0) return color;
		}
	};
	const poor = new Set();
	let texts = 0;
	const walk = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
	while (walk.nextNode()) {
		const e = walk.currentNode.parentElement, style = getComputedStyle(e);
		if (!walk.currentNode.data.trim() || !e.getClientRects().length || e.closest("script, title, desc, .vh")) continue;
		texts++;
		const [a, b] = [light(e.ownerSVGElement ? style.fill : style.color), light(behind(e))].sort((a, b) => b - a);
		const large = parseFloat(style.fontSize) >= 24;
		if ((a + .05) / (b + .05) < (large ? 3 : 4.5)) poor.add(e.tagName + "." + e.className + " " + walk.currentNode.data.trim().slice(0, 30));
	}
	return {Texts: texts, Poor: [...poor].slice(0, 5), Paper: getComputedStyle(document.documentElement).backgroundColor};
})()`

func TestTableOfTargetsIsSortedByClicking(t *testing.T) {
	b := newBrowser(t)
	b.open(write(t, HTML, sampleFleet(40), Options{}), "")
	first := func(click string) (row string) {
		t.Helper()
		b.evaluate(`(() => {
			const button = [...document.querySelectorAll(".sortable button")].find(b => b.textContent === `+fmt.Sprintf("%q", click)+`);
			if (button) button.click();
			const rows = [...document.querySelectorAll(".sortable tbody tr")];
			return rows.length + " " + rows[0].querySelector("th").textContent + " " + (document.querySelector("[aria-sort]").textContent + " " + document.querySelector("[aria-sort]").ariaSort);
		})()`, &row)
		return row
	}
	for _, tc := range [][2]string{
		{"", "40 finance-003 Verdict ascending"},
		{"Verdict", "40 analytics-000 Verdict descending"},
		{"Target", "40 analytics-000 Target ascending"},
		{"Target", "40 support-036 Target descending"},
		{"Findings", "40 support-036 Findings ascending"},
		{"Findings", "40 finance-003 Findings descending"},
		{"Verdict", "40 finance-003 Verdict ascending"},
	} {
		if got := first(tc[0]); got != tc[1] {
			t.Errorf("%q gives %q, want %q", tc[0], got, tc[1])
		}
	}
}

func TestCommandsAreCopiedByClicking(t *testing.T) {
	b := newBrowser(t)
	url := b.open(write(t, HTML, one(sampleBroken("analytics", "us-east-1", 11)), Options{}), "")
	b.call("Browser.grantPermissions", object{"permissions": []string{"clipboardReadWrite", "clipboardSanitizedWrite"}}, nil)
	var got struct{ Said, Copied, Shown string }
	b.evaluate(`(async () => {
		const pre = document.querySelector("pre"), button = pre.parentElement.querySelector("button");
		let copied = "";
		document.addEventListener("copy", () => copied = getSelection().toString());
		Object.defineProperty(navigator, "clipboard", {value: {writeText: text => { copied = text; return Promise.resolve(); }}});
		button.click();
		await 0; await 0;
		return {Said: button.textContent, Copied: copied, Shown: pre.textContent};
	})()`, &got)
	if got.Said != "Copied" || got.Copied != got.Shown || !strings.HasPrefix(got.Copied, "aws ec2 create-network-acl-entry --region us-east-1 \\\n    --network-acl-id") {
		t.Errorf("got %+v", got)
	}
	b.evaluate(`(async () => {
		const pre = document.querySelectorAll("pre")[1], button = pre.parentElement.querySelector("button");
		Object.defineProperty(Navigator.prototype, "clipboard", {value: undefined, configurable: true});
		let copied = "";
		document.addEventListener("copy", () => copied = getSelection().toString());
		navigator.clipboard.writeText = () => Promise.reject();
		button.click();
		await new Promise(done => setTimeout(done));
		return {Said: button.textContent, Copied: copied, Shown: pre.textContent};
	})()`, &got)
	if (got.Said != "Copied" && got.Said != "Selected") || got.Copied != got.Shown {
		t.Errorf("without a clipboard: %+v", got)
	}
	b.quiet(url)
}

// A link to a finding opens what folds it.
func TestLinkToAFindingShowsIt(t *testing.T) {
	b := newBrowser(t)
	target := readyTarget()
	foreignTables(&target, 40)
	last := target.Results[len(target.Results)-1]
	r := several(target, sampleReady("other", "us-east-1", 1))
	page := write(t, HTML, r, Options{})
	b.open(page, "#f-"+last.Fingerprint)
	var seen string
	b.evaluate(`(() => { const e = document.querySelector(":target"); return e && e.checkVisibility() ? e.textContent.trim() : "not to be seen"; })()`, &seen)
	if seen != last.Subject {
		t.Errorf("%s is %s", last.Subject, seen)
	}
}

// All can be read without the script: what it adds is buttons.
func TestPageIsWholeWithoutScript(t *testing.T) {
	b := newBrowser(t)
	page := write(t, HTML, sampleFleet(12), Options{})
	read := func() (shown struct {
		Text    string
		Buttons int
	},
	) {
		b.open(page, "")
		b.call("Emulation.setScriptExecutionDisabled", object{"value": false}, nil)
		b.evaluate(`(() => {
			const buttons = [...document.querySelectorAll("button")];
			buttons.forEach(b => b.closest("th") || b.remove());
			return {Text: document.body.textContent.replace(/\s+/g, " "), Buttons: buttons.length};
		})()`, &shown)
		return shown
	}
	with := read()
	b.call("Emulation.setScriptExecutionDisabled", object{"value": true}, nil)
	without := read()
	if with.Text != without.Text || len(with.Text) < 10_000 || with.Buttons == 0 || without.Buttons != 0 {
		t.Errorf("with the script %d bytes of text and %d buttons, without %d and %d", len(with.Text), with.Buttons, len(without.Text), without.Buttons)
	}
}

func TestPageIsPrinted(t *testing.T) {
	b := newBrowser(t)
	b.open(write(t, HTML, one(sampleReady("reporting", "us-east-1", 7)), Options{}), "")
	pdf := b.take("Page.printToPDF", object{"printBackground": false})
	if !strings.HasPrefix(string(pdf), "%PDF-") {
		t.Errorf("no PDF of %d bytes", len(pdf))
	}
	b.media("print", "light")
	// What is folded unfolds when the page is next laid out. checkVisibility does not
	// lay it out, and a busy machine may not have done so yet.
	b.evaluate("document.body.offsetHeight", nil)
	var hidden []string
	b.evaluate(`[...document.querySelectorAll("details")].filter(d => ![...d.children].at(-1).checkVisibility({contentVisibilityAuto: true})).map(d => d.textContent.slice(0, 40))`, &hidden)
	if len(hidden) > 0 {
		t.Errorf("folded on paper: %q", hidden)
	}
}
