// (module (func (result v128) (f32x4.relaxed_madd (v128.const 0) (v128.const 0) (v128.const 0))))
const zero = [0xfd, 12, ...Array.from({ length: 16 }, () => 0)];
const body = [0, ...zero, ...zero, ...zero, 0xfd, 0x85, 0x02, 0x0b];
const probe = [0, 97, 115, 109, 1, 0, 0, 0, 1, 5, 1, 96, 0, 1, 123, 3, 2, 1, 0];

/** Whether this engine has fused multiply-add. */
export function relaxedSimd(): boolean {
  return WebAssembly.validate(Uint8Array.from([...probe, 10, body.length + 2, 1, body.length, ...body]));
}
