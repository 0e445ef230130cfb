import { isAbsolute } from "node:path";
import { DataError, FeedError } from "../data/index.ts";
import { TrainingError } from "../training/index.ts";
import { InputError } from "./exit.ts";

/** Does something with data in a folder: what a user's file or checkpoint can cause is told in a line, with the code that explains it. */
export async function tellingFaults<T>(folder: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof DataError) {
      const isLookedUp = error.code === "DLC6101" && !isAbsolute(error.file);
      const where = isLookedUp ? ` in ${folder}; --data names another folder` : "";
      throw new InputError(`${error.message}${where} (dlc explain ${error.code})`);
    }
    if (error instanceof TrainingError || error instanceof FeedError) throw new InputError(error.message);
    throw error;
  }
}
