/** The style of the report: no fonts or files from elsewhere; light or dark as the reader's system is. */
export const reportStyle = `
:root {
  color-scheme: light dark;
  --page: #fbfbfa; --card: #fff; --ink: #1d2126; --faint: #6a727c; --edge: #e3e5e8;
  --train: #2b6cd4; --test: #d2620a; --right: 43 108 212; --wrong: 200 60 50; --deep: #fff;
}
@media (prefers-color-scheme: dark) {
  :root {
    --page: #14171b; --card: #1c2026; --ink: #e6e9ed; --faint: #98a2ae; --edge: #313841;
    --train: #7fb0ff; --test: #ffab5e; --right: 92 148 240; --wrong: 232 100 90; --deep: #0d1117;
  }
}
* { box-sizing: border-box; }
body { margin: 0 auto; max-width: 1160px; padding: 32px 20px 64px; background: var(--page); color: var(--ink);
  font: 15px/1.5 system-ui, -apple-system, "Segoe UI", Roboto, sans-serif; }
h1 { font-size: 26px; margin: 0 0 4px; }
h2 { font-size: 17px; margin: 36px 0 12px; }
h3 { font-size: 15px; margin: 0; font-weight: 600; }
.lead { color: var(--faint); margin: 0 0 20px; }
.tiles { display: flex; flex-wrap: wrap; gap: 12px; }
.tile, figure { background: var(--card); border: 1px solid var(--edge); border-radius: 10px; }
.tile { padding: 10px 18px 12px; min-width: 128px; }
.tile b { display: block; font-size: 24px; font-weight: 600; font-variant-numeric: tabular-nums; }
.tile span { color: var(--faint); font-size: 13px; }
.charts { display: grid; grid-template-columns: repeat(auto-fit, minmax(min(440px, 100%), 1fr)); gap: 16px; }
figure { margin: 0; padding: 14px 16px 10px; }
figcaption { display: flex; justify-content: space-between; align-items: baseline; gap: 12px; margin-bottom: 6px; }
.legend { display: flex; gap: 14px; font-size: 13px; color: var(--faint); }
.legend i { display: inline-block; width: 14px; height: 3px; border-radius: 2px; margin-right: 6px; vertical-align: middle;
  background: currentColor; }
.legend .train i, .legend .steps i { color: var(--train); }
.legend .steps i { opacity: .4; }
.legend .test i { color: var(--test); }
.chart { display: block; width: 100%; height: auto; }
.grid { stroke: var(--edge); }
.axis { stroke: var(--faint); }
.mark { stroke: var(--faint); stroke-dasharray: 3 4; }
.tick, .name { fill: var(--faint); font-size: 12px; font-variant-numeric: tabular-nums; }
.curve { fill: none; stroke-width: 2; stroke-linejoin: round; stroke-linecap: round; }
.curve.train { stroke: var(--train); }
.curve.test { stroke: var(--test); }
.curve.steps { stroke: var(--train); stroke-width: 1; opacity: .35; }
.dot { stroke: var(--card); stroke-width: 1; }
.dot.train { fill: var(--train); }
.dot.test { fill: var(--test); }
.wide { overflow-x: auto; }
table { border-collapse: collapse; font-variant-numeric: tabular-nums; }
.confusion { font-size: 13px; }
.confusion td { min-width: 56px; height: 34px; text-align: center; border: 2px solid var(--page); border-radius: 6px; }
.confusion th { font-weight: 500; padding: 2px 10px; color: var(--faint); text-align: right; white-space: nowrap; }
.confusion thead th { text-align: center; padding: 2px 4px; }
.confusion thead span { display: block; max-width: 64px; overflow: hidden; text-overflow: ellipsis; margin: auto; }
.confusion th.corner { font-weight: 400; font-size: 12px; text-align: right; padding-right: 10px; }
.confusion .right { background: rgb(var(--right) / var(--depth)); }
.confusion .wrong { background: rgb(var(--wrong) / var(--depth)); }
.confusion .deep { color: var(--deep); }
.confusion .none { color: var(--faint); background: rgb(128 128 128 / 7%); }
.confusion .recall { color: var(--faint); padding-left: 8px; white-space: nowrap; }
.facts th, .epochs th { text-align: left; font-weight: 500; color: var(--faint); }
.facts th, .facts td { padding: 4px 24px 4px 0; vertical-align: top; }
.facts td { overflow-wrap: anywhere; }
.epochs th, .epochs td { padding: 4px 20px 4px 0; border-bottom: 1px solid var(--edge); text-align: right; }
.epochs .best td { font-weight: 600; }
code { font: 13px/1.5 ui-monospace, SFMono-Regular, Menlo, Consolas, monospace; }
.notice { border-left: 4px solid var(--test); padding: 6px 14px; background: var(--card); border-radius: 4px; }
@media print { body { max-width: none; } figure { break-inside: avoid; } }
`;
