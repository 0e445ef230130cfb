// @ts-check
// Imported before a command (`node --import`): when the process ends, it writes the seconds that it had a processor, in all
// of its threads, into the file that `PROCESSOR_TIME` names. Unlike the time on the clock, they are about the same
// whatever else the machine has to do.
import { writeFileSync } from "node:fs";
import { isMainThread } from "node:worker_threads";

const file = process.env["PROCESSOR_TIME"];
if (isMainThread && file !== undefined)
  process.on("exit", () => {
    const { user, system } = process.cpuUsage();
    writeFileSync(file, `${(user + system) / 1e6}`);
  });
