/** Keys of the sections `qemu` and `libvirt` that name the image; `qcow2` and `disk_img` are upstream's. */
export const IMAGE_KEYS = ["image", "qcow2", "disk_img"] as const;

/** The image that a platform's section names; undefined where it names none. */
export function namedImage(section: Readonly<Record<string, unknown>>): unknown {
  return IMAGE_KEYS.map((key) => section[key]).find((value) => value !== undefined && value !== "");
}
