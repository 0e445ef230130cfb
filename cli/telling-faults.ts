import { DataError, FeedError } from "../data/index.ts";
import { TrainingError } from "../training/index.ts";
import { InputError } from "./exit.ts";

/** Does something with data: what a user's file or checkpoint can cause is told in a line, with the code that explains it. */
export async function tellingFaults<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof DataError) {
      throw new InputError(`${error.message} (dlc explain ${error.code})`);
    }
    if (error instanceof TrainingError || error instanceof FeedError) throw new InputError(error.message);
    throw error;
  }
}
