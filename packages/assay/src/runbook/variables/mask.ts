/** Ways to show a part of a secret; without one it is `******`. */
export const MASK_NAMES = ["guid", "headtail", "url"] as const;
export type MaskName = (typeof MASK_NAMES)[number];

const HIDDEN = "******";

/** What is shown in place of `secret`. A mask that does not fit hides all of it. */
export function maskSecret(secret: string, mask: MaskName | undefined): string {
  switch (mask) {
    case "guid": {
      const guid = /^([0-9a-f]{8})-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{8}([0-9a-f]{4})$/i.exec(secret);
      return guid === null ? HIDDEN : `${guid[1]}-****-****-****-********${guid[2]}`;
    }
    case "headtail":
      return /^\w[\s\S]+\w$/.test(secret) ? `${secret.slice(0, 1)}****${secret.slice(-1)}` : HIDDEN;
    case "url": {
      const url = /^(https?:\/\/[^\s?]+)(?:\?\S*)?$/i.exec(secret);
      return url === null ? HIDDEN : `${url[1]}?***`;
    }
    case undefined:
      return HIDDEN;
  }
}
