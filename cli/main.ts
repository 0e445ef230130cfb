import { Command } from "commander";
import manifest from "../package.json" with { type: "json" };

const program = new Command("dlc")
  .description(
    "Compiles neural networks written as equations (.dl) into small typed npm modules.\nNot related to Qualcomm's DLC format.",
  )
  .version(manifest.version)
  .showHelpAfterError();

await program.parseAsync();
