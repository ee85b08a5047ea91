'use client';

import { useRouter } from 'next/navigation';

export function LogIn() {
  const router = useRouter();
  const logIn = async () => {
    await fetch('/login', { method: 'POST' });
    router.refresh();
  };
  return <button onClick={() => void logIn()}>Continue as Ada Lovelace</button>;
}
