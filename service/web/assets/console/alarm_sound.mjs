// The sound of a new P1, reckoned out: three pairs of tones, each with a soft begin and end, as 16-bit mono WAV.
const RATE = 11025;
const TONES = [[880, 0.13], [0, 0.04], [1175, 0.18], [0, 0.16]];
const PAIRS = 3;
const RAMP_SECONDS = 0.012;

export function alarm() {
  const samples = [];
  for (let pair = 0; pair < PAIRS; pair += 1) {
    for (const [pitch, seconds] of TONES) {
      const length = Math.round(seconds * RATE);
      for (let at = 0; at < length; at += 1) {
        const ramp = Math.min(1, at / (RAMP_SECONDS * RATE), (length - at) / (RAMP_SECONDS * RATE));
        samples.push(Math.round(Math.sin((2 * Math.PI * pitch * at) / RATE) * ramp * 0.5 * 32767));
      }
    }
  }
  const head = Buffer.alloc(44);
  head.write("RIFF", 0);
  head.writeUInt32LE(36 + samples.length * 2, 4);
  head.write("WAVEfmt ", 8);
  head.writeUInt32LE(16, 16);
  head.writeUInt16LE(1, 20);
  head.writeUInt16LE(1, 22);
  head.writeUInt32LE(RATE, 24);
  head.writeUInt32LE(RATE * 2, 28);
  head.writeUInt16LE(2, 32);
  head.writeUInt16LE(16, 34);
  head.write("data", 36);
  head.writeUInt32LE(samples.length * 2, 40);
  const body = Buffer.alloc(samples.length * 2);
  samples.forEach((sample, place) => body.writeInt16LE(sample, place * 2));
  return Buffer.concat([head, body]);
}
