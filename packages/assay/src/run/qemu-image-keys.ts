/** Keys of the section `platform.qemu` that name the image; `qcow2` and `disk_img` are upstream's. */
export const IMAGE_KEYS = ["image", "qcow2", "disk_img"] as const;

/** The section without them: what the platform itself reads. */
export const withoutImage = (section: Readonly<Record<string, unknown>>): Readonly<Record<string, unknown>> =>
  Object.fromEntries(Object.entries(section).filter(([key]) => !IMAGE_KEYS.some((name) => name === key)));
