/** Loaded into the tokenizer's process before it: tells what the process uses, when it is asked over the channel. */
import { monitorEventLoopDelay, performance } from 'node:perf_hooks';

const delay = monitorEventLoopDelay({ resolution: 10 });
delay.enable();
let last = performance.eventLoopUtilization();
let lastCPU = process.cpuUsage();

process.on('message', ({ id, collect }) => {
  const utilization = performance.eventLoopUtilization(last);
  last = performance.eventLoopUtilization();
  const cpu = process.cpuUsage(lastCPU);
  lastCPU = process.cpuUsage();
  const answer = {
    cpuMilliseconds: (cpu.user + cpu.system) / 1000,
    utilization: utilization.utilization,
    delay: { p99: delay.percentile(99) / 1e6, max: delay.max / 1e6 },
    resources: process.getActiveResourcesInfo().length,
  };
  if (collect) globalThis.gc();
  const { rss, heapUsed, external } = process.memoryUsage();
  delay.reset();
  process.send({ id, answer: { ...answer, rss, heapUsed, external, isCollected: collect === true } });
});
// The channel alone must not keep the tokenizer running.
process.channel.unref();
