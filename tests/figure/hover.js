// The page of a map in a browser of a few lines: the script that draws is a stand-in, and the mouse goes over each point.
// usage: node hover.js PAGE.html. Prints for how many points a picture is shown, and fails where it is not the right one.
"use strict";
var fs = require("fs"), vm = require("vm");
var page = fs.readFileSync(process.argv[2], "utf8");

function element() { return {style: {}, textContent: ""}; }
var figure = element(), picture = element(), numbers = element(), handlers = {}, drawn = null;
figure.on = function (name, handler) { handlers[name] = handler; };
numbers.textContent = /<script type="application\/json" id="numbers">([^<]*)<\/script>/.exec(page)[1];
var elements = {figure: figure, picture: picture, numbers: numbers};
var world = vm.createContext({
    document: {getElementById: function (id) {
        if (!elements[id] || page.indexOf("id=\"" + id + "\"") < 0) throw new Error("no element " + id);
        return elements[id];
    }},
    Plotly: {newPlot: function (id, data, layout) { drawn = {data: data, layout: layout}; }},
});
page.replace(/<script>([^]*?)<\/script>/g, function (all, script) {
    if (script.indexOf("newPlot: function") < 0) vm.runInContext(script, world);
    return all;
});

function need(what, holds) { if (!holds) throw new Error(what); }
need("the figure is drawn", drawn && drawn.data.length);
var style = /width: (\d+)px; height: (\d+)px;[^]*background-size: (\d+)px (\d+)px;\s*background-image: url\("data:image\/png;base64,([^"]*)"\)/.exec(page);
var width = +style[1], height = +style[2], columns = style[3] / width, rows = style[4] / height;
var sheet = Buffer.from(style[5], "base64");
need("a PNG", sheet.toString("latin1", 1, 4) === "PNG");
need("its size", sheet.readUInt32BE(16) * style[4] === sheet.readUInt32BE(20) * style[3]);

var points = 0, shown = 0, seen = {};
drawn.data.forEach(function (trace) {
    trace.x.forEach(function (x, i) {
        var at = trace.customdata[i];
        points++;
        handlers.plotly_hover({points: [{customdata: at}], event: {clientX: 500, clientY: i % 2 ? 20 : 400}});
        need("no picture without one", (picture.style.display === "block") === (at !== null));
        if (at === null) return;
        var where = picture.style.backgroundPosition.split(" ");
        need("its column", -parseFloat(where[0]) / width === at % columns);
        need("its row", -parseFloat(where[1]) / height === Math.floor(at / columns) && Math.floor(at / columns) < rows);
        need("on the screen", parseFloat(picture.style.left) >= 0 && parseFloat(picture.style.top) >= 0);
        need("one point for each picture", !seen[at]);
        seen[at] = true;
        shown++;
        handlers.plotly_unhover({});
        need("hidden", picture.style.display === "none");
    });
});
for (var n = 0; n < shown; n++) need("picture " + n, seen[n]);
console.log(shown + " of " + points);
