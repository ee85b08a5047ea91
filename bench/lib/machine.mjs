import { availableParallelism, cpus, totalmem } from 'node:os';

export const machine = () => ({
  cores: availableParallelism(),
  processor: cpus()[0]?.model ?? 'unknown',
  memory: `${Math.round(totalmem() / 2 ** 30)} GiB`,
  node: process.version,
  platform: `${process.platform} ${process.arch}`,
});

export const machineText = ({ cores, processor, memory, node, platform }) =>
  `${cores} cores (${processor}), ${memory}, Node ${node.slice(1)}, ${platform}`;
