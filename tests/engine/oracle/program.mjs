// A program of the build that answers a line of JSON with a line of JSON.

import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';

export class Program {
  constructor(path) {
    this.path = path;
    this.process = spawn(path, { stdio: ['pipe', 'pipe', 'inherit'] });
    this.answers = createInterface({ input: this.process.stdout })[Symbol.asyncIterator]();
  }

  async ask(question) {
    this.process.stdin.write(`${JSON.stringify(question)}\n`);
    const { value, done } = await this.answers.next();
    if (done) throw new Error(`${this.path} has ended, asked ${JSON.stringify(question).slice(0, 4000)}`);
    return JSON.parse(value);
  }

  end() {
    this.process.stdin.end();
  }
}
