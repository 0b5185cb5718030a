/** `value` as a part of an option: commas separate parts in QEMU's syntax, and a doubled one stands for itself. */
export const escaped = (value: string): string => value.replaceAll(",", ",,");
