export { elaborate } from "./elaborate.ts";
