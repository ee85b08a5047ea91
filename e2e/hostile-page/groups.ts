import type { AttackGroup } from './attack.js';
import { frames } from './frames.js';
import { globals } from './globals.js';
import { handshake } from './handshake.js';
import { input } from './input.js';
import { messages } from './messages.js';
import { navigation } from './navigation.js';
import { ports } from './ports.js';
import { screen } from './screen.js';
import { size } from './size.js';
import { styles } from './styles.js';
import { tokens } from './tokens.js';
import { workers } from './workers.js';

export const groups: AttackGroup[] = [
  messages,
  ports,
  frames,
  handshake,
  navigation,
  workers,
  styles,
  input,
  screen,
  size,
  tokens,
  globals,
];
