import { createContext, useContext } from 'react';

export interface Config {
  applicationId: string;
  tokenizerURL: string;
}

export const ConfigContext = createContext<Config | null>(null);

export function useConfig(): Config {
  const config = useContext(ConfigContext);
  if (!config) throw new Error('Needs a <ConfigContext> above.');
  return config;
}
