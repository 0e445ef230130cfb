export { withoutUnneeded as dce } from "../graph/needed.ts";
