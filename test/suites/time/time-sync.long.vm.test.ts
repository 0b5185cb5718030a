import timeSync from "../../../packages/suites/src/time/time-sync.ts";
import { proveLonger } from "../prove-suite.ts";
import { LONGER, timeSyncProofs } from "./time-sync-proofs.ts";

proveLonger(timeSync, timeSyncProofs, LONGER);
