// Loaded only while a network is busy: what the phone computes before its report is taken, a second or two of work.
import { solveChallenge } from "altcha-lib";
import { deriveKey } from "altcha-lib/algorithms/web/pbkdf2";

// The answer to a challenge as the service reads it, or null where it takes too long.
export async function solve(challenge) {
  const solution = await solveChallenge({ challenge, deriveKey, timeout: 30_000 });
  return solution && btoa(JSON.stringify({ challenge, solution }));
}
