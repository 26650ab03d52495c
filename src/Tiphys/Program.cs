Console.WriteLine("tiphys");
