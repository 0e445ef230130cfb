import { batches, epochOrder, prefetch, remoteReader, workerThread } from "../../data/index.ts";
import { encodeIdx } from "./encode.ts";

/** What runs in the page that `workers.test.ts` opens: a source of blobs, read in a worker and ahead; the sum is its title. */
async function main(): Promise<void> {
  const file = encodeIdx(
    "u8",
    [100, 2],
    Array.from({ length: 200 }, (_, place) => place),
  );
  const packed = new Blob([file]).stream().pipeThrough(new CompressionStream("gzip"));
  const files = new Map([["a.idx.gz", await new Response(packed).blob()]]);
  const worker = new Worker("/page-reader.js", { type: "module" });
  const isReady = new Promise((resolve) => worker.addEventListener("message", resolve, { once: true }));
  worker.postMessage(files);
  await isReady;
  const reader = remoteReader(workerThread(worker));
  const source = await reader.open({ reader: "idx", path: "a.idx.gz" });
  let sum = 0;
  for await (const { value } of prefetch(batches(epochOrder(100, 7, 0), 32), (rows) => source.rows(rows))) {
    for (const number of value) sum += number;
  }
  const missing = await reader
    .open({ reader: "csv", path: "b.csv" })
    .catch((error: unknown) => String(error));
  await reader.close();
  document.title = JSON.stringify({ shape: source.shape, sum, missing });
}

main().catch((error: unknown) => {
  document.title = JSON.stringify({ error: String(error) });
});
