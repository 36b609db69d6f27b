import './app/start.ts';
import { StrictMode } from 'react';
import { createRoot } from 'react-dom/client';
import { App } from './app/app.tsx';
import { watchAttendance } from './data/attendance.ts';

const root = document.getElementById('root');
if (root !== null) {
  watchAttendance(window);
  createRoot(root).render(
    <StrictMode>
      <App />
    </StrictMode>,
  );
}
