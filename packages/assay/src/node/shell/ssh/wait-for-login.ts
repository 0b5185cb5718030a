import { setTimeout as pause } from "node:timers/promises";
import type { Client } from "ssh2";
import { LoginRefused, NodeUnreachable } from "../../../errors/catalogue.ts";
import { logIn } from "./log-in.ts";
import type { SshSettings } from "./settings.ts";

const defaultConnectTimeoutMs = 60_000;
const loginGraceMs = 60_000;
/** An emulated guest needs up to 1.5 s to its banner; a connection made before it was up never gets one. */
const firstBannerTimeoutMs = 5_000;
const longestBannerTimeoutMs = 30_000;
const longestPauseMs = 1_000;

export interface Patience {
  /** How long to try again; 0 means one attempt. */
  readonly waitMs: number;
  /** How long a refused login may be tried again. */
  readonly loginGraceMs?: number;
  readonly signal: AbortSignal | undefined;
}

/**
 * Logs in as soon as the node takes logins. Each attempt waits for the server itself; between attempts that failed at
 * once the pause doubles up to 1 s. Throws what the last attempt threw, with the time that was waited.
 */
export async function waitForLogin(settings: SshSettings, patience: Patience): Promise<Client> {
  const startedAt = performance.now();
  const attemptMs = settings.connectTimeoutMs ?? defaultConnectTimeoutMs;
  const graceMs = Math.min(patience.loginGraceMs ?? loginGraceMs, patience.waitMs);
  let bannerTimeoutMs = patience.waitMs === 0 ? attemptMs : firstBannerTimeoutMs;
  let pauseMs = 50;
  let firstRefusalAt: number | undefined;
  for (;;) {
    const leftMs = patience.waitMs - (performance.now() - startedAt);
    const timeoutMs = patience.waitMs === 0 ? attemptMs : Math.max(1, Math.min(attemptMs, leftMs));
    try {
      const limits = { bannerTimeoutMs: Math.min(bannerTimeoutMs, timeoutMs), timeoutMs, signal: patience.signal };
      return await logIn(settings, limits);
    } catch (error) {
      const now = performance.now();
      if (error instanceof LoginRefused) {
        firstRefusalAt ??= now;
        if (now - firstRefusalAt >= graceMs) throw error;
      } else if (!isWorthAnotherTry(error)) {
        throw error;
      }
      if (now + pauseMs - startedAt >= patience.waitMs) throw lastWord(error, patience.waitMs);
    }
    await pause(pauseMs, undefined, patience.signal === undefined ? {} : { signal: patience.signal });
    pauseMs = Math.min(pauseMs * 2, longestPauseMs);
    bannerTimeoutMs = Math.min(bannerTimeoutMs * 1.5, longestBannerTimeoutMs);
  }
}

function isWorthAnotherTry(error: unknown): boolean {
  return error instanceof NodeUnreachable && !error.message.startsWith("The host key");
}

function lastWord(error: unknown, waitMs: number): unknown {
  if (!(error instanceof NodeUnreachable) || waitMs === 0) return error;
  const details = error.help === undefined ? { cause: error } : { cause: error, help: error.help };
  return new NodeUnreachable(`${error.message} Gave up after ${Math.round(waitMs / 1000)} s.`, details);
}
