"""What a training learns from: tables read row by row, filtered, without repetitions, and split by questions."""
