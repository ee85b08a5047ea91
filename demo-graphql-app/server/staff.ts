/** What somebody may do with patients' data. */
export const rights = ['READ_IDENTITY', 'READ_CLINICAL', 'EDIT', 'DELETE', 'READ_AUDIT'] as const;
export type Right = (typeof rights)[number];

export interface StaffMember {
  id: string;
  name: string;
  role: string;
  /** What the role is for, in a line. */
  about: string;
  rights: readonly Right[];
}

/** Who works here. A demo asks for no password. */
export const staff: readonly StaffMember[] = [
  {
    id: 'ada',
    name: 'Ada Lovelace',
    role: 'Physician',
    about: 'Reads and writes everything about a patient.',
    rights: ['READ_IDENTITY', 'READ_CLINICAL', 'EDIT', 'DELETE', 'READ_AUDIT'],
  },
  {
    id: 'grace',
    name: 'Grace Hopper',
    role: 'Receptionist',
    about: 'Takes national ids and cards. May read no notes and no documents.',
    rights: ['READ_IDENTITY', 'EDIT'],
  },
  {
    id: 'katherine',
    name: 'Katherine Johnson',
    role: 'Practice manager',
    about: 'Sees who opened which record, and nothing that is in it.',
    rights: ['READ_AUDIT'],
  },
];

export const findStaff = (id: string | undefined): StaffMember | null =>
  staff.find((member) => member.id === id) ?? null;
