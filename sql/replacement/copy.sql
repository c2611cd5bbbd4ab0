-- purpose: the copy holds every table and row of the store, and no byte of what was deleted
COPY FROM DATABASE old TO new
