/** What somebody who trains can cause: a checkpoint of another model, a fold too many. The message is one line. */
export class TrainingError extends Error {
  constructor(message: string) {
    super(message);
    this.name = "TrainingError";
  }
}
