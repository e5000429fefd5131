import { Alert, Button } from '@mantine/core'
import type { FormEvent, ReactNode } from 'react'
import styles from './sign-in.module.css'

type DoorFormProps = {
  title: string
  text?: ReactNode
  /** On its button. */
  submit: string
  isBusy: boolean
  problem: string | null
  onSubmit: (event?: FormEvent<HTMLFormElement>) => void
  children: ReactNode
  /** Other ways in. */
  others?: ReactNode
}

/** One column in the middle of an empty window: what is asked, and the button. */
export function DoorForm(props: DoorFormProps) {
  return (
    <main className={styles.centred}>
      <div className={styles.column}>
        <h1 className={styles.title}>{props.title}</h1>
        {props.text && <p className={styles.text}>{props.text}</p>}
        <form className={styles.form} noValidate onSubmit={props.onSubmit}>
          {props.children}
          {props.problem && (
            <Alert color="red" variant="light" role="alert" className={styles.problem}>
              {props.problem}
            </Alert>
          )}
          <Button type="submit" variant="filled" loading={props.isBusy}>
            {props.submit}
          </Button>
        </form>
        {props.others && <div className={styles.others}>{props.others}</div>}
      </div>
    </main>
  )
}
