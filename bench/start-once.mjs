// @ts-check
// What `start.mjs` runs, each time in a Node of its own: milliseconds since the start of `import()` of the module at the URL
// given, which is a LeNet.
const [url = ""] = process.argv.slice(2);
const image = new Float32Array(32 * 32).fill(0.5);
const start = performance.now();
const { load } = await import(url);
const imported = performance.now() - start;
const lenet = await load();
const loaded = performance.now() - start;
const { data } = lenet.forward({ image }).logits;
const answered = performance.now() - start;
if (data.length !== 10 || data.some(Number.isNaN)) throw new Error("that is no result");
console.log(JSON.stringify({ imported, loaded, answered }));
