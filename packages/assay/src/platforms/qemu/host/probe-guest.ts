/**
 * The smallest guest that tells a working accelerator from one that only opens: a 4 KiB ROM which enters long mode
 * with paging, uses an SSE register, copies 8 MiB backwards with `rep movsq` (what the kernel's decompressor does, and
 * where nested hosts were seen to hang) and leaves through isa-debug-exit, so that QEMU ends with {@link PROBE_EXIT_CODE}.
 * Assembled from (AT&T syntax, linked at 0xff000):
 *
 *     cli; ax = ds = ss = es = 0; rep stosw 12 KiB at 0x1000     page tables: PML4 0x1000, PDPT 0x2000, PD 0x3000
 *     movl $0x2003,0x1000; movl $0x3003,0x2000                   512 entries of 2 MiB, identity, flags 0x83
 *     lgdtl gdtr; cr4 = PAE|OSFXSR|OSXMMEXCPT; cr3 = 0x1000; EFER.LME; cr0 = PG|MP|PE; ljmpl $8,long
 *     long: ds = es = ss = 0x10; rsp = 0x600000; pxor %xmm0,%xmm0
 *     esi = 0x11fffff8; edi = 0x13fffff8; ecx = 0x100000; std; rep movsq; cld
 *     dx = 0x501; al = 0x10; outb %al,%dx; 2: hlt; jmp 2b
 */
const CODE =
  "fa31c08ed88ed0bf00108ec0b90018fcf3ab66c70600100320000066c706002003300000bf003066b883000000b900026689056605000020" +
  "0083c708e2f22e660f0116c8f066b8200600000f22e066b8001000000f22d866b9800000c00f32660d000100000f300f20c06683e0f3660d" +
  "030000800f22c066ea7ff00f00080066b810008ed88ec08ed0bc00006000660fefc0bef8ffff11bff8ffff13b900001000fdf348a5fc66ba" +
  "0105b010eef4ebfd0000000000000000ffff0000009baf00ffff00000093cf001700b0f00f00";
/** Reset vector, 16 bytes below the end: ljmpw $0xf000,$0xf000. */
const RESET_VECTOR = "ea00f000f0";
const ROM_BYTES = 65_536;
const CODE_BYTES = 4096;

/** isa-debug-exit turns the written 0x10 into (0x10 << 1) | 1. */
export const PROBE_EXIT_CODE = 33;
/** The copy touches memory below 320 MiB. */
export const PROBE_MEMORY_MB = 384;

/** The ROM, for `-bios`. */
export function probeRom(): Uint8Array {
  const rom = Buffer.alloc(ROM_BYTES, 0xf4);
  Buffer.from(CODE, "hex").copy(rom, ROM_BYTES - CODE_BYTES);
  Buffer.from(RESET_VECTOR, "hex").copy(rom, ROM_BYTES - 16);
  return rom;
}
